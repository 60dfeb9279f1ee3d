import { utilityProcess } from 'electron';
import { fileURLToPath } from 'node:url';
import type { FromEngine, StartEngine } from '../engine/engine-messages.ts';
import type { EngineLocations } from '../engine/fork-engine.ts';

/** Runs the engine in a utility process of Electron, over its message port. */
export function utilityEngine(locations: EngineLocations): StartEngine {
  return ({ onMessage, onExit }) => {
    const child = utilityProcess.fork(
      fileURLToPath(locations.processUrl),
      [locations.workerUrl.href, locations.runtimeUrl.href],
      { serviceName: 'Meta-Router Studio engine', stdio: ['ignore', 'ignore', 'inherit'], execArgv: [] },
    );
    child.on('message', (message: FromEngine) => {
      onMessage(message);
    });
    child.once('exit', onExit);
    return {
      post: (message) => {
        child.postMessage(message);
      },
      kill: () => {
        child.kill();
      },
    };
  };
}
