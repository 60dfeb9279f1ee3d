import { v7 as newId } from 'uuid';
import packageJson from '../../package.json' with { type: 'json' };
import { createEngine } from '../../src/engine/engine.ts';
import type { FromEngine, ToEngine } from './engine-messages.ts';

/**
 * The start of an engine process: Electron's utility process, or a child of the loopback host. Arguments: the module that
 * workers start with and the folder of the runtime, as URLs.
 */

const [workerUrl = '', runtimeUrl = ''] = process.argv.slice(2);

const engine = createEngine({
  clock: () => Date.now(),
  newId,
  workerUrl: new URL(workerUrl),
  runtimeUrl: new URL(runtimeUrl),
  productVersion: packageJson.version,
});

const post = openChannel();
engine.subscribe((event) => {
  post({ type: 'event', event });
});
endOnErrors();
post({ type: 'ready' });

function openChannel(): (message: FromEngine) => void {
  const { parentPort } = process;
  // Only Electron's utility processes have one, whatever the types say.
  if (isPresent(parentPort)) {
    parentPort.on('message', (event: { data: ToEngine }) => {
      handle(event.data);
    });
    return (message) => {
      parentPort.postMessage(message);
    };
  }
  process.on('message', (message: ToEngine) => {
    handle(message);
  });
  // The host is gone: nobody is left to answer.
  process.on('disconnect', () => {
    void end(0);
  });
  // Ctrl-C reaches the whole group; the host decides when its engine ends.
  process.on('SIGINT', () => undefined);
  return (message) => {
    process.send?.(message);
  };
}

function isPresent<T>(value: T | undefined | null): value is T {
  return value !== undefined && value !== null;
}

function handle(message: ToEngine): void {
  switch (message.type) {
    case 'call':
      void engine.call(message.method, message.input, message.caller).then((answer) => {
        post({ type: 'answer', id: message.id, answer });
      });
      return;
    case 'close':
      void end(0);
      return;
  }
}

async function end(code: number): Promise<void> {
  await engine.close();
  process.exit(code);
}

/** A bug leaves the place where it happened, not the message: it may hold what somebody wrote. */
function endOnErrors(): void {
  process.on('uncaughtException', (error) => {
    const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    process.stderr.write(`The engine stopped: ${error.name}\n${frames.join('\n')}\n`);
    process.exit(70);
  });
}
