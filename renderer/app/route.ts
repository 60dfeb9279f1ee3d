/** Where the window is, in the hash: `#/data?item=12`. Back and forward work, and a reload stays. */

export const screens = ['home', 'data', 'grade', 'review', 'bias', 'train', 'curves', 'export'] as const;
export type ScreenName = (typeof screens)[number];
export type Params = Readonly<Record<string, string | undefined>>;

export interface Route {
  readonly screen: ScreenName;
  readonly params: Params;
}

export function parseHash(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const screen = screens.find((each) => each === path) ?? 'home';
  return { screen, params: Object.fromEntries(new URLSearchParams(query)) };
}

export function toHash({ screen, params }: Route): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return query === '' ? `#/${screen}` : `#/${screen}?${query}`;
}
