// Serves the application to a browser of this machine until Ctrl-C.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);

/** `start`: out/main/loopback.js, or its source; `servePage`: the development server. */
export async function runInBrowser({ projectPath, servePage, openBrowser = true }) {
  const { start } = await import('../main/loopback/loopback-main.ts');
  const host = await start({ projectPath, ...(servePage === undefined ? {} : { servePage }) });
  const address = host.newAddress();
  console.log(
    `\nMeta-Router Studio is at (works once):\n\n  ${address}\n\nCtrl-C ends it; Enter prints a new address.`,
  );
  if (openBrowser && hasDisplay) openInBrowser(address);

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

function openInBrowser(address) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
