import { listCertificates } from '../../../db/repositories/checks.ts';
import { certificateDocument } from '../../contract/certificates.ts';
import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { computeCertificate } from '../services/certificate-service.ts';

export function checkHandlers({ session }: EngineContext): Pick<QueryHandlers, 'certificate.list'> {
  return {
    'certificate.list': ({ runId }) => ({
      certificates: listCertificates(session().file.db, runId).map((c) => certificateDocument.parse(c)),
    }),
  };
}

export function checkJobs(context: EngineContext): Pick<JobHandlers, 'certificate.compute'> {
  return {
    'certificate.compute': {
      kind: 'evaluate',
      work: (input, job) => computeCertificate(context, input, job),
    },
  };
}
