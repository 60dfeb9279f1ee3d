import type { Command } from 'commander';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { demoFiles, makeDemoFolder, writeDemoData, type DemoFiles } from '../demo/folder.ts';
import { CHEAP, generateDemo, JUDGE, STRONG } from '../demo/generate.ts';
import { formatDemo, type DemoOutcome, type DemoStage } from '../demo/report.ts';
import { parseSeed } from '../usage.ts';

interface DemoOptions extends CommonOptions {
  readonly out?: string;
  readonly seed: number;
}

const TRAIN_PROMPTS = 1500;
const TEST_PROMPTS = 400;
const REVEALED_GOLD = 200;

export function addDemo(program: Command, execute: Execute): void {
  program
    .command('demo')
    .description('the main job from end to end on generated data with a known truth')
    .option('--out <folder>', 'a new folder for everything it writes (default: ./demo)')
    .option('--seed <n>', 'seed of the generated data and of the runs', parseSeed, 1)
    .option('--json', 'print one JSON document')
    .action((options: DemoOptions) =>
      execute(options, async (context) => {
        const folder = await makeDemoFolder(options.out);
        const outcome = await runDemo(context, folder, options.seed);
        context.output.result(outcome, () => formatDemo(outcome));
      }),
    );
}

async function runDemo(context: CommandContext, folder: string, seed: number): Promise<DemoOutcome> {
  const { client, output, runJob } = context;
  const files = demoFiles(folder);
  output.note(`Generating ${TRAIN_PROMPTS + TEST_PROMPTS} prompts, two models and a judge (all simulated) …`);
  const data = generateDemo({ train: TRAIN_PROMPTS, test: TEST_PROMPTS, seed });
  await writeDemoData(files, data);
  await client.call('project.create', { path: files.project, name: 'demo', isSimulated: true });
  output.note(`Importing, and revealing the gold of ${REVEALED_GOLD} prompts …`);
  const gold = { kind: 'count', count: REVEALED_GOLD } as const;
  const imported = await runJob('import.start', { paths: [files.data], gold, seed });
  const stages: DemoStage[] = [];
  for (const stage of ['route', 'cascade'] as const) stages.push(await runStage(context, files, stage, seed));
  const trainingTruth = data.truth.slice(0, TRAIN_PROMPTS);
  const trueMeanBias = trainingTruth.reduce((sum, row) => sum + row.bias, 0) / trainingTruth.length;
  return { folder, files, imported, trueMeanBias, stages };
}

async function runStage(
  { client, output, runJob }: CommandContext,
  files: DemoFiles,
  stage: DemoStage['stage'],
  seed: number,
): Promise<DemoStage> {
  output.note(`Training, evaluating and exporting: stage ${stage} …`);
  const trained = await runJob('run.train', {
    strong: STRONG,
    cheap: CHEAP,
    source: JUDGE,
    stage,
    seed,
  });
  const { runId } = trained;
  const evaluated = await runJob('run.evaluate', { runId });
  const directory = stage === 'route' ? files.bundle : files.cascadeBundle;
  const exported = await runJob('bundle.export', { runId, directory });
  const verified = await client.call('bundle.verify', { directory });
  return { stage, trained, evaluated, exported, verified };
}
