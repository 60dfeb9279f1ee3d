import { serveTask } from './task-server.ts';
import { tasks } from './tasks.ts';

serveTask(tasks);
