// Serves the application to a browser of this machine until Ctrl-C.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { hasDisplay } from './electron-binary.mjs';

/** `start`: of main/loopback/loopback-main.ts, or as built; `servePage`: the development server. */
export async function runInBrowser({ start, projectPath, servePage }) {
  const host = await start({ projectPath, ...(servePage === undefined ? {} : { servePage }) });
  const address = host.newAddress();
  console.log(`\nMeta-Router Studio is at this address, which works once:\n\n  ${address}\n`);
  console.log('Enter prints a fresh address, Ctrl-C ends the application.');
  if (hasDisplay) openInBrowser(address);

  const input = createInterface({ input: process.stdin });
  input.on('line', () => console.log(`  ${host.newAddress()}`));
  let isEnding = false;
  const end = async () => {
    if (isEnding) process.exit(130);
    isEnding = true;
    input.close();
    await host.close();
    process.exit(0);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  return host;
}

/** Where that does not work, the address stands above. */
function openInBrowser(address) {
  const [command, ...args] = {
    darwin: ['open', address],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', address],
  }[process.platform] ?? ['xdg-open', address];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
