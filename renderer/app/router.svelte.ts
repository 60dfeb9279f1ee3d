import { parseHash, toHash, type Params, type Route, type ScreenName } from './route.ts';

/** Follows the hash, and changes it. */
export class Router {
  route: Route = $state.raw(parseHash(''));

  start(signal: AbortSignal): void {
    this.route = parseHash(location.hash);
    addEventListener('hashchange', () => (this.route = parseHash(location.hash)), { signal });
  }

  go(screen: ScreenName, params: Params = {}): void {
    location.hash = toHash({ screen, params });
  }

  /** Changes what the present screen shows, without a step in the history. */
  replaceParams(params: Params): void {
    this.route = { screen: this.route.screen, params };
    history.replaceState(null, '', toHash(this.route));
  }
}
