import type { HostInfo } from '../../src/contract/host.ts';

export function platformName(platform: NodeJS.Platform): HostInfo['platform'] {
  if (platform === 'darwin') return 'mac';
  return platform === 'win32' ? 'windows' : 'linux';
}
