import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Bridge, WindowEvent } from '../../src/contract/host.ts';
import { CHANNELS } from '../electron/channels.ts';

// Three functions over fixed channels: neither ipcRenderer nor its events reach the page.
const bridge: Bridge = {
  call: (method, input) => ipcRenderer.invoke(CHANNELS.callEngine, method, input),
  callHost: (method, input) => ipcRenderer.invoke(CHANNELS.callHost, method, input),
  subscribe: (listener) => {
    const onEvent = (_event: unknown, windowEvent: WindowEvent): void => {
      listener(windowEvent);
    };
    ipcRenderer.on(CHANNELS.event, onEvent);
    return () => {
      ipcRenderer.removeListener(CHANNELS.event, onEvent);
    };
  },
  pathOfFile: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('metarouter', bridge);
