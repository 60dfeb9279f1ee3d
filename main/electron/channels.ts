/** The channels between the preload script and the main process: all there are. */
export const CHANNELS = {
  callEngine: 'metarouter:call-engine',
  callHost: 'metarouter:call-host',
  event: 'metarouter:event',
} as const;
