import { getDiagnostics, listCertificates } from '../../../db/repositories/checks.ts';
import { getRun } from '../../../db/repositories/runs.ts';
import { certificateDocument } from '../../contract/certificates.ts';
import { diagnosticsDocument } from '../../contract/diagnostics.ts';
import type { EngineContext, JobHandlers, QueryHandlers } from '../engine-context.ts';
import { computeCertificate } from '../services/certificate-service.ts';
import { diagnose } from '../services/diagnostics-service.ts';
import { requireRun } from '../services/run-service.ts';

export function checkHandlers({
  session,
}: EngineContext): Pick<QueryHandlers, 'certificate.list' | 'run.diagnostics'> {
  return {
    'certificate.list': ({ runId }) => ({
      certificates: listCertificates(session().file.db, runId).map((c) => certificateDocument.parse(c)),
    }),
    'run.diagnostics': ({ runId }) => {
      const { db } = session().file;
      const kept = getDiagnostics(db, requireRun(getRun(db, runId), runId).id);
      return { diagnostics: kept === null ? null : diagnosticsDocument.parse(kept) };
    },
  };
}

export function checkJobs(context: EngineContext): Pick<JobHandlers, 'certificate.compute' | 'run.diagnose'> {
  return {
    'run.diagnose': { kind: 'evaluate', work: (input, job) => diagnose(context, input, job) },
    'certificate.compute': {
      kind: 'evaluate',
      work: (input, job) => computeCertificate(context, input, job),
    },
  };
}
