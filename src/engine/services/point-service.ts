import {
  listPoints,
  removePoint,
  savePoint,
  type SavedPoint,
} from '../../../db/repositories/operating-points.ts';
import { getRun } from '../../../db/repositories/runs.ts';
import type { MethodOutput, ParsedInput } from '../../contract/methods.ts';
import { measured } from '../../contract/common.ts';
import { z } from '../../contract/zod.ts';
import { AppError } from '../../core/errors.ts';
import { manyPoint, nearest, pairPoint, shareAboveThreshold } from '../../routing/operating-points.ts';
import { thresholdOfShare } from '../../runtime/decide.ts';
import type { Manifest, OperatingPoint } from '../../runtime/manifest.ts';
import { readRouterFile } from '../../runtime/router-file.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Session } from '../session.ts';
import { requireArtifact, requireRun } from './run-service.ts';

type Document = MethodOutput<'points.save'>;

export function listOperatingPoints(session: Session, runId: string | undefined): Document[] {
  return listPoints(session.file.db, runId).map(toDocument);
}

export function saveOperatingPoint(
  { deps, session, emit }: EngineContext,
  { runId, name, w, threshold, strongShare, note }: ParsedInput<'points.save'>,
): Document {
  const open = session();
  const run = requireRun(getRun(open.file.db, runId), runId);
  const given = [w, threshold, strongShare].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new AppError(
      'usage',
      'Say what decides: exactly one of w, a threshold and a share of strong calls.',
    );
  }
  const { manifest } = readRouterFile(requireArtifact(open, run.id));
  if (manifest.gainPercentiles === null && w === undefined) {
    throw new AppError(
      'usage',
      `A threshold or a share needs two models, and this router knows ${manifest.models.length}: give w.`,
    );
  }
  if (manifest.operatingPoints.some((point) => point.name === name)) {
    throw new AppError(
      'already-exists',
      `Every export of this run has a point “${name}” of its own: choose another name.`,
    );
  }
  const point = savePoint(open.file.db, {
    id: deps.newId(),
    runId: run.id,
    name,
    w: w ?? null,
    threshold: threshold ?? null,
    strongShare: strongShare ?? null,
    note,
    createdMs: deps.clock(),
  });
  emit({ name: 'points.changed', data: { runId: run.id } });
  return toDocument(point);
}

export function removeOperatingPoint({ session, emit }: EngineContext, pointId: string): void {
  const { runId } = removePoint(session().file.db, pointId);
  emit({ name: 'points.changed', data: { runId } });
}

function toDocument({ id, ...point }: SavedPoint): Document {
  return { pointId: id, ...point };
}

/** What a bundle of the run says of its operating points: those of the training, then the saved ones. */
export function operatingPointsOf(session: Session, runId: string, manifest: Manifest): OperatingPoint[] {
  const saved = listPoints(session.file.db, runId).map((point) => describePoint(point, manifest));
  return [...manifest.operatingPoints, ...saved];
}

/** Curves as the manifest keeps them; manifests of earlier versions have none over w. */
const exact = measured.transform(({ reason, ...rest }) =>
  reason === undefined ? rest : { ...rest, reason },
);
const curves = z.object({
  curve: z
    .array(
      z.object({
        strongShare: z.number(),
        quality: z.number(),
        ci95: z.tuple([z.number(), z.number()]),
        cost: z.number(),
      }),
    )
    .default([]),
  policyCurve: z
    .array(z.object({ w: z.number(), shares: z.record(z.string(), exact), quality: exact, cost: exact }))
    .default([]),
});

function describePoint(point: SavedPoint, manifest: Manifest): OperatingPoint {
  const { name } = point;
  const { curve, policyCurve } = curves.parse(manifest.diagnostics);
  const { gainPercentiles } = manifest;
  if (gainPercentiles === null) {
    const w = point.w ?? 0;
    return manyPoint(name, w, nearest(policyCurve, w));
  }
  const reason = 'on the prompts that the encoder was fitted on';
  const threshold =
    point.strongShare === null
      ? (point.w ?? point.threshold ?? 0)
      : thresholdOfShare(gainPercentiles, point.strongShare);
  const share = point.strongShare ?? shareAboveThreshold(gainPercentiles, threshold);
  const strongShare = { value: share, ci95: null, reason };
  return pairPoint(name, point.w ?? Math.max(threshold, 0), threshold, strongShare, curve);
}
