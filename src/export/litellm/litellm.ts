/** litellm/: a callback for the LiteLLM proxy that asks router.py, and the lines of its configuration. */
import { z } from 'zod';
import type { RouterFile } from '../../runtime/router-file.ts';
import type { GoldenRow } from '../golden.ts';
import { choiceOf, type AskFormat } from '../parity.ts';
import { askProgram } from '../python.ts';

export const LITELLM_CALLBACK = 'litellm/metarouter_callback.py';
export const LITELLM_CONFIG = 'litellm/config.yaml';

function deployment(name: string, target: string): string {
  // JSON texts are YAML texts, whatever a model is called.
  return `  - model_name: ${JSON.stringify(name)}
    litellm_params:
      model: ${JSON.stringify(`openai/${target}`)}
      api_base: os.environ/METAROUTER_UPSTREAM
      api_key: os.environ/METAROUTER_UPSTREAM_KEY
`;
}

/** The lines of the proxy's configuration, or why there are none. */
export function writeLitellmConfig({ manifest }: RouterFile): { yaml: string } | string {
  if (manifest.stage === 'cascade') {
    return 'the router decides after the cheap model has answered, this callback before';
  }
  const names = manifest.models.map(({ name }) => name);
  return {
    yaml: `# litellm --config config.yaml, started in this folder. Clients ask for the model "metarouter".
# The models must have these names; where and how each is reached (provider, api_base, api_key) is yours to fill in.
model_list:
  # What clients ask for. The callback replaces it; without the callback it is the anchor.
${deployment('metarouter', manifest.anchor)}${names.map((name) => deployment(name, name)).join('')}litellm_settings:
  callbacks: metarouter_callback.metarouter
`,
  };
}

/** Calls the hook as the proxy does, for each line of standard input, and prints what it made of the request. */
const SCRIPT = `
import asyncio, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("metarouter_callback", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
async def main():
    for line in sys.stdin:
        data = json.loads(line)
        data = await module.metarouter.async_pre_call_hook(None, None, data, "completion")
        decision = data["metadata"]["metarouter_decision"]
        print(json.dumps({**decision, "model": data["model"]}))
asyncio.run(main())
`;

const answer = z.object({
  model: z.string(),
  gain: z.number(),
  gains: z.record(z.string(), z.number()).optional(),
});

function requestOf(row: GoldenRow, k: number): object {
  const { prompt, vector, columns } = row;
  return {
    model: 'metarouter',
    messages: prompt === undefined ? [] : [{ role: 'user', content: prompt }],
    metadata: { metarouter: { ...choiceOf(row.expected.decisions[k]), vector, columns } },
  };
}

/** Asks the callback of a bundle, in one process of the given Python and without the proxy. */
export function askLitellm(python: string, callback: string, bundle: string): AskFormat {
  return async (rows) => {
    const lines = rows.flatMap((row) =>
      row.expected.decisions.map((_, k) => JSON.stringify(requestOf(row, k))),
    );
    const environment = { ...process.env, METAROUTER_BUNDLE: bundle, METAROUTER_MODEL: 'metarouter' };
    const said = await askProgram('the callback', python, ['-c', SCRIPT, callback], lines, { environment });
    const answers = said.map((line) => answer.parse(JSON.parse(line)));
    let at = 0;
    return rows.map(({ expected }) => answers.slice(at, (at += expected.decisions.length)));
  };
}
