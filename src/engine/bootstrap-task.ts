import { writeSafetensors } from '../export/write-safetensors.ts';
import type { RunDraw } from '../routing/bootstrap-run.ts';
import { summariseDraws, withDeferral, type Uncertainty } from '../routing/bootstrap-summary.ts';
import type { Evaluation } from '../routing/evaluation.ts';
import type { HeadReport } from '../routing/run.ts';
import { readRouterFile } from '../runtime/router-file.ts';

export interface UnfinishedBootstrap {
  readonly safetensors: Uint8Array;
  readonly evaluation: Evaluation;
  readonly bias: HeadReport['bias'];
  readonly draws: readonly RunDraw[];
  /** Why there are none. */
  readonly reason: string | null;
}

export interface FinishedBootstrap {
  readonly uncertainty: Uncertainty;
  /** The router's file, with what a cascade needs to know when to ask a person. */
  readonly safetensors: Uint8Array;
}

export function finishBootstrap(unfinished: UnfinishedBootstrap): FinishedBootstrap {
  const { safetensors, evaluation, bias, draws, reason } = unfinished;
  const { manifest, tensors } = readRouterFile(safetensors);
  const { formatVersion: _, tensors: __, ...rest } = manifest;
  const uncertainty = summariseDraws(evaluation, bias, draws, reason);
  const described = { manifest: { ...rest, diagnostics: { ...rest.diagnostics, uncertainty } }, tensors };
  return { uncertainty, safetensors: writeSafetensors(withDeferral(described, draws)).bytes };
}
