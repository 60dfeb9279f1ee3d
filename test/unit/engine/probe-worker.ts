import { serveTask } from '../../../src/engine/task-server.ts';
import { probeTasks } from './probe-tasks.ts';

serveTask(probeTasks);
