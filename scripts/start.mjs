// Opens the application: in Electron where that works here, else in the browser. npm start -- [--browser] [PROJECT]
import { runInBrowser } from './run-in-browser.mjs';

const args = process.argv.slice(2);
const projectPath = args.find((arg) => !arg.startsWith('-'));
await runInBrowser({ projectPath });
