/** Opens the project named on the command line and holds it until it is killed. Run as a process of its own. */
import { openProject } from '../../db/open.ts';

// Nothing refers to the project below once it is open: the lock has to outlive the garbage collector.
const path = process.argv[2] ?? '';
let next = 1;
const project = openProject(path, { clock: () => 1_000, newId: () => `holder-${process.pid}-${next++}` });
project.db.prepare("INSERT INTO dataset (name) VALUES ('written before the kill')").run();
process.stdout.write('held\n');
setInterval(() => undefined, 1_000);
