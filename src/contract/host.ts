import { errorPayload, nothing } from './common.ts';
import type { AppEvent } from './events.ts';
import type { Frozen } from './method.ts';
import { query } from './method.ts';
import type { Answer } from './methods.ts';
import { z } from './zod.ts';

/**
 * What a window asks of the host it runs in (files, folders, recent projects), as `methods` is what it asks of the engine.
 * A host is Electron or the loopback server for browsers; `hasNativeDialogs` tells which `host.choose…` methods answer.
 */

const path = z.string().min(1);
const server = z.url({ protocol: /^https?$/ });
const chosen = z.object({ path: path.nullable() });

export const hostInfo = z.object({
  kind: z.enum(['desktop', 'browser']),
  platform: z.enum(['mac', 'windows', 'linux']),
  version: z.string(),
  /** False: the page shows `host.projects` and asks for names and files itself. */
  hasNativeDialogs: z.boolean(),
  projectsFolder: path,
  /** The project this window was opened for. */
  initialProject: path.nullable(),
  /** The rater whom this tab is for: it can grade from queues for that rater and nothing else. Null: everything. */
  rater: z.string().nullable(),
});

const knownProject = z.object({
  path,
  name: z.string(),
  /** Null: in the projects folder, and never opened. */
  openedMs: z.int().nullable(),
  modifiedMs: z.int(),
  bytes: z.int(),
});

export const pickedFile = z.object({ path, name: z.string(), bytes: z.int() });

export const fileKind = z.enum(['data', 'packs', 'projects']);
export type FileKind = z.output<typeof fileKind>;

export const hostMethods = {
  'host.info': query(nothing, hostInfo),
  /** Opened before or in the projects folder; those last opened come first. Files that are gone are left out. */
  'host.projects': query(nothing, z.object({ projects: z.array(knownProject) })),
  'host.forgetProject': query(z.object({ path }), nothing),
  /** A dialog for an existing project. Native dialogs only. */
  'host.chooseProject': query(nothing, chosen),
  /** Where a new project of that name goes: by a dialog, or a free name in the projects folder. */
  'host.chooseNewProject': query(z.object({ name: z.string().trim().min(1).max(120) }), chosen),
  /** Opens the demo project in the engine; the first time it is generated and imported. Ends when it can be used. */
  'host.openDemo': query(nothing, z.object({ path })),
  /** A dialog for files to import, for packs that came back, or for projects. Native dialogs only. */
  'host.chooseImportFiles': query(
    z.object({ kind: fileKind.default('data') }),
    z.object({ files: z.array(pickedFile) }),
  ),
  /** What a dropped file is called and how big it is. Native dialogs only: a browser uploads. */
  'host.describeFile': query(z.object({ path }), pickedFile),
  /** The folder a bundle is written to: by a dialog, or a free name in the exports folder. */
  'host.chooseExportFolder': query(z.object({ name: z.string().trim().min(1).max(120) }), chosen),
  /** Where the engine writes a file of that name: by a dialog, or a free name in the exports folder. */
  'host.chooseSavePath': query(z.object({ name: z.string().trim().min(1).max(200) }), chosen),
  /**
   * Where a project or pack that the user gave is opened from: where it lies, or, of an upload, a copy in the projects
   * folder that stays when the host ends. `invalid-input` for other files.
   */
  'host.keepProject': query(z.object({ path }), z.object({ path })),
  /** Writes a text or, base64, bytes where a dialog says. Native dialogs only: a browser downloads. */
  'host.saveFile': query(
    z.object({ name: z.string().min(1).max(200), content: z.string(), encoding: z.enum(['utf8', 'base64']) }),
    chosen,
  ),
  /** An address that lets one tab of a browser on this machine in, once, to grade as a rater. Browser host only. */
  'host.newRaterAddress': query(
    z.object({ rater: z.string().trim().min(1).max(200) }),
    z.object({ address: z.string() }),
  ),
  'host.showInFolder': query(z.object({ path }), nothing),
  /** http(s) only, after a question. Native dialogs only. */
  'host.openExternal': query(z.object({ url: z.string().max(2000) }), z.object({ isOpened: z.boolean() })),
  /** The servers whose keys are kept by the system's keychain. None can be kept: a key is given each time. */
  'host.keys': query(nothing, z.object({ canKeep: z.boolean(), servers: z.array(z.string()) })),
  /** Keeps a key for a server, outside every project. It is used when that server is asked, and never given back. */
  'host.saveKey': query(z.object({ server, key: z.string().min(1).max(10_000) }), nothing),
  'host.forgetKey': query(z.object({ server }), nothing),
  'host.readSettings': query(nothing, z.object({ settings: z.record(z.string(), z.unknown()) })),
  /** Replaces the settings by these. */
  'host.writeSettings': query(z.object({ settings: z.record(z.string(), z.unknown()) }), nothing),
};

/** Entries of the application menu (desktop). */
export const menuCommands = [
  'new-project',
  'open-project',
  'open-demo',
  'import-data',
  'settings',
  'shortcuts',
  'command-palette',
] as const;

export const hostEvents = {
  /** The engine stopped unexpectedly and runs again; `project` is open in it again, unless `error` says why not. */
  'host.engineRestarted': z.object({ project: z.string().nullable(), error: errorPayload.nullable() }),
  /** It stops again and again: every call is refused until the application is started anew. */
  'host.engineFailed': z.object({ error: errorPayload }),
  /** Some events could not be kept for this window: whatever it shows may be old. */
  'host.eventsLost': nothing,
  'host.menuChosen': z.object({ command: z.enum(menuCommands) }),
  /** A project file was opened from outside, for this window. */
  'host.openRequested': z.object({ path }),
} as const;

type HostMethods = typeof hostMethods;
export type HostMethodName = keyof HostMethods;
export type HostInput<N extends HostMethodName> = Frozen<z.input<HostMethods[N]['input']>>;
export type HostOutput<N extends HostMethodName> = Frozen<z.output<HostMethods[N]['output']>>;
export type HostInfo = HostOutput<'host.info'>;
export type KnownProject = HostOutput<'host.projects'>['projects'][number];
export type PickedFile = Frozen<z.output<typeof pickedFile>>;
export type MenuCommand = (typeof menuCommands)[number];

export type HostEvent = {
  [N in keyof typeof hostEvents]: {
    readonly name: N;
    readonly data: Frozen<z.output<(typeof hostEvents)[N]>>;
  };
}[keyof typeof hostEvents];

/** What a window is told: by the engine, or by its host. */
export type WindowEvent = AppEvent | HostEvent;

export function isHostEvent(event: WindowEvent): event is HostEvent {
  return Object.hasOwn(hostEvents, event.name);
}

export function isHostMethodName(name: string): name is HostMethodName {
  return Object.hasOwn(hostMethods, name);
}

/** What the preload script of the desktop window gives the page as `window.metarouter`. */
export interface Bridge {
  readonly call: (method: string, input: unknown) => Promise<Answer<unknown>>;
  readonly callHost: (method: string, input: unknown) => Promise<Answer<unknown>>;
  /** Answers a function that ends the subscription. */
  readonly subscribe: (listener: (event: WindowEvent) => void) => () => void;
  /** The path of a file that was dropped on the page. */
  readonly pathOfFile: (file: File) => string;
}
