import { categoryFacets } from '../../../db/repositories/data-page.ts';
import type { EngineContext, QueryHandlers } from '../engine-context.ts';
import type { Quiet } from '../quiet.ts';
import { DataBrowser, describeItem } from '../services/data-service.ts';
import type { Session } from '../session.ts';

type Handlers = Pick<QueryHandlers, 'data.page' | 'data.item' | 'data.facets'>;

/** Between two steps of indexing, whatever else is asked of the engine comes first; and none while somebody is at work. */
const INDEX_PAUSE_MS = 5;

export function dataHandlers({ session, quiet }: EngineContext): Handlers {
  const browsers = new WeakMap<Session, DataBrowser>();

  function browser(): DataBrowser {
    const open = session();
    const known = browsers.get(open);
    if (known !== undefined) return known;
    const made = new DataBrowser(open.file.db);
    browsers.set(open, made);
    return made;
  }

  return {
    'data.page': (input) => {
      const page = browser().page(input);
      if (page.unindexed > 0) goOnIndexing(browser(), quiet);
      return page;
    },
    'data.item': ({ promptId }) => describeItem(session().file.db, promptId),
    'data.facets': () => ({ categories: [...categoryFacets(session().file.db)] }),
  };
}

const indexing = new WeakSet<DataBrowser>();

/** Indexes the rest in the background; a project that has been closed meanwhile ends it. */
function goOnIndexing(browser: DataBrowser, quiet: Quiet): void {
  if (indexing.has(browser)) return;
  indexing.add(browser);
  const step = (): void => {
    const waitMs = quiet.leftMs();
    if (waitMs > 0 || canIndexMore(browser)) setTimeout(step, Math.max(INDEX_PAUSE_MS, waitMs)).unref();
    else indexing.delete(browser);
  };
  setTimeout(step, INDEX_PAUSE_MS).unref();
}

/** A full disk ends it here; the next search says so to whoever asks. */
function canIndexMore(browser: DataBrowser): boolean {
  try {
    return browser.indexMore();
  } catch {
    return false;
  }
}
