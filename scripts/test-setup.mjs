// Installs the programs that tests run besides Node, where this machine lets us, and says plainly where not.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Each program the tests run: how to see that it is there, and the Debian packages that bring it. */
const programs = [
  {
    name: 'Python 3 with numpy (runs router.py)',
    isPresent: () =>
      ['python3', '/usr/bin/python3'].some((python) => succeeds(python, ['-c', 'import numpy'])),
    packages: ['python3', 'python3-numpy'],
  },
  {
    name: 'Chromium (shows the window; the tests of the window FAIL without it)',
    isPresent: () =>
      [process.env.METAROUTER_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].some(
        (browser) => browser && succeeds(browser, ['--version']),
      ) || existsSync('/Applications/Google Chrome.app'),
    packages: ['chromium', 'fonts-liberation'],
  },
];

function succeeds(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const missing = programs.filter((program) => !program.isPresent());
if (missing.length > 0) {
  const packages = missing.flatMap((program) => program.packages);
  const canInstall = process.getuid?.() === 0 && succeeds('apt-get', ['--version']);
  if (canInstall) {
    console.log(`Installing for the tests: ${packages.join(' ')}`);
    const run = (args) => execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    try {
      run(['update', '-q']);
      run(['install', '-y', '-q', '--no-install-recommends', ...packages]);
    } catch (error) {
      console.error(`apt-get failed: ${error.message}`);
    }
  }
  for (const program of programs.filter((p) => !p.isPresent())) {
    console.error(
      `\nNOT ON THIS MACHINE: ${program.name}. Its tests will say so. ` +
        `Install it with: sudo apt-get install ${program.packages.join(' ')}\n`,
    );
  }
}
