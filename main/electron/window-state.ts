import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { join } from 'node:path';
import { z } from '../../src/contract/zod.ts';
import { jsonFile } from '../host/json-file.ts';

const stateSchema = z
  .object({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), isMaximized: z.boolean() })
  .nullable();

export type SavedWindow = z.output<typeof stateSchema>;

/** Where the last window was. */
export interface WindowState {
  /** Null: nothing known, or on a screen that is no longer there. */
  readonly read: () => SavedWindow;
  readonly save: (window: BrowserWindow) => void;
}

export function openWindowState(userData: string): WindowState {
  const file = jsonFile<SavedWindow>(join(userData, 'window.json'), stateSchema, null);
  return {
    read: () => {
      const saved = file.read();
      return saved !== null && screen.getAllDisplays().some((d) => overlaps(d.workArea, saved))
        ? saved
        : null;
    },
    save: (window) => {
      const { x, y, width, height } = window.getNormalBounds();
      file.write({ x, y, width, height, isMaximized: window.isMaximized() });
    },
  };
}

/** Enough of the window is visible to be caught by its title. */
function overlaps(area: Rectangle, window: Rectangle): boolean {
  const across = Math.min(area.x + area.width, window.x + window.width) - Math.max(area.x, window.x);
  const down = Math.min(area.y + area.height, window.y + window.height) - Math.max(area.y, window.y);
  return across >= 100 && down >= 50;
}
