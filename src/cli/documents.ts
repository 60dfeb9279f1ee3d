import type { JobResult, MethodOutput } from '../contract/methods.ts';

/** The documents that commands print with --json: what the contract answers, under the names the commands use. */
export type JsonStatus = MethodOutput<'project.status'>;
export type JsonImport = JobResult<'import.start'>;
export type JsonTrain = JobResult<'run.train'>;
export type JsonEvaluate = JobResult<'run.evaluate'>;
export type JsonComparison = JobResult<'run.compare'>;
export type JsonPoints = MethodOutput<'points.list'>;
export type JsonReplicate = JobResult<'replicate.start'>;
export type JsonCertificate = JobResult<'certificate.compute'>;
export type JsonDiagnostics = JobResult<'run.diagnose'>;
export type JsonBias = JobResult<'bias.estimate'>;
export type JsonEmbed = JobResult<'embedding.start'>;
export type JsonLabels = JobResult<'labels.export'>;
export type JsonExport = JobResult<'bundle.export'>;
export type JsonRuns = MethodOutput<'run.list'>;
export type JsonVerify = MethodOutput<'bundle.verify'>;
export type JsonDecision = MethodOutput<'bundle.route'>['decisions'][number];
