import type { ProjectFile } from '../../../db/open.ts';
import { listImports } from '../../../db/repositories/imports.ts';
import { projectStatus, type SourceStatus } from '../../../db/repositories/status.ts';
import type { MethodOutput } from '../../contract/methods.ts';
import { projectInfo } from './project-info.ts';

type Status = MethodOutput<'project.status'>;

/** What is in a project, as the contract tells it. */
export function describeProject(file: ProjectFile): Status {
  const { db } = file;
  const status = projectStatus(db);
  return {
    project: projectInfo(file),
    counts: {
      datasets: status.datasets.length,
      prompts: status.prompts,
      responses: status.responses,
      models: status.models.length,
      sources: status.sources.length,
      preferenceScores: status.sources.reduce((sum, source) => sum + source.scores, 0),
      preferenceVerdicts: status.sources.reduce((sum, source) => sum + source.verdicts, 0),
      goldPrompts: status.gold.visiblePrompts,
      goldGrades: status.gold.visibleGrades,
      maskedGoldPrompts: status.gold.maskedPrompts,
      runs: status.runs,
      exports: status.exports,
    },
    splits: status.splits,
    datasets: status.datasets.map(({ name, prompts }) => ({ name, prompts })),
    models: status.models.map((model) => ({
      name: model.name,
      inputUsdPerMillion: model.inputUsdPerMillion,
      outputUsdPerMillion: model.outputUsdPerMillion,
      responses: model.responses,
      responsesWithText: model.responsesWithText,
      gold: model.goldPrompts,
    })),
    sources: status.sources.map(describeSource),
    imports: listImports(db).map(({ id, fileName, format, rowsRead, rowsRefused, createdMs }) => ({
      id,
      fileName,
      format,
      rowsRead,
      rowsRefused,
      createdMs,
    })),
  };
}

function describeSource(source: SourceStatus): Status['sources'][number] {
  const { agreement, agreementWithoutTies } = source;
  const measure = ({ n, agreementRate, ci95 }: typeof agreement): Status['sources'][number]['agreement'] =>
    n === 0
      ? {
          value: null,
          ci95: null,
          reason: 'no pair outside the test set has both visible gold and this source',
          pairs: 0,
        }
      : { value: agreementRate, ci95, pairs: n };
  return {
    name: source.name,
    kind: source.kind,
    scale: source.scale,
    scores: source.scores,
    verdicts: source.verdicts,
    prompts: source.prompts,
    agreement: measure(agreement),
    agreementWithoutTies: measure(agreementWithoutTies),
  };
}
