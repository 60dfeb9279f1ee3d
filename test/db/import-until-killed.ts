/** A process of its own that imports a file and is killed on the way: node import-until-killed.ts PROJECT FILE */
import { v7 } from 'uuid';
import { mergeStaging } from '../../db/import/merge-staging.ts';
import { stageFile } from '../../db/import/stage-file.ts';
import { stagingPathFor } from '../../db/import/staging-files.ts';
import { openProject } from '../../db/open.ts';

const projectPath = process.argv.at(2) ?? '';
const filePath = process.argv.at(3) ?? '';
const options = { clock: () => 1, newId: () => v7() };

const project = openProject(projectPath, options);
const stagingPath = stagingPathFor(projectPath, v7());
let rows = 0;
const summary = await stageFile(filePath, stagingPath, options, {
  report: ({ done = 0 }) => {
    if (done > 0 && rows === 0) process.stdout.write('staging\n');
    rows = done;
  },
  throwIfCancelled: () => undefined,
});
process.stdout.write('merging\n');
mergeStaging(project.db, { stagingPath, summary }, options);
process.stdout.write('merged\n');
project.close();
