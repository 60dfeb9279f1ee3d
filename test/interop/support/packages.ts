/** The Node packages that `npm run test:interop` installed beside these tests. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../package.json', import.meta.url));

// Where the product looks for packages that it does not bring.
process.env.METAROUTER_PACKAGES ??= fileURLToPath(new URL('../', import.meta.url));

/** Whether a package is installed; where it is not, that is said loudly. */
export function hasPackage(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    process.stderr.write(`\n*** NOT TESTED: ${name} is not installed (npm run test:interop). ***\n\n`);
    return false;
  }
}

/** The exports of an installed package. */
export function loadPackage(name: string): unknown {
  return require(name);
}
