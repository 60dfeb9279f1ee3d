import type { App } from '../../app/app.svelte.ts';
import { setSaveChart } from '../../charts/save-context.ts';
import { text } from '../../text.ts';

/** Lets the charts of a screen save files through the host. To be called while the screen is created. */
export function provideSaveChart(app: App): void {
  setSaveChart(async (name, content) => {
    const isSaved = await app.attempt(text.analysis.saveFailed, () => app.host.saveFile(name, content));
    if (isSaved === true) app.toasts.success(text.analysis.saved(name));
  });
}
