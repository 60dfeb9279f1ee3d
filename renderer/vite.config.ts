import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { UserConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** How the page is built and served while developing, for both hosts. */
const config: UserConfig = {
  root: path('./'),
  publicDir: path('../resources/public'),
  plugins: [svelte({ configFile: path('../svelte.config.js') })],
  build: {
    outDir: path('../out/renderer'),
    emptyOutDir: true,
    // The policy has no room for data: addresses and inline styles.
    assetsInlineLimit: 0,
    minify: true,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: path('./index.html') },
  },
};

export default config;
