import { EventEmitter } from 'node:events';

/** What Electron gives a utility process. */
class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    process.send?.(message);
  }
}

const parentPort = new ParentPort();
process.on('message', (data) => parentPort.emit('message', { data }));
process.on('disconnect', () => {
  process.exit(0);
});
Object.defineProperty(process, 'parentPort', { value: parentPort });
