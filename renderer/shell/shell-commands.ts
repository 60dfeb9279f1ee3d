import type { App } from '../app/app.svelte.ts';
import type { Command } from '../app/commands.svelte.ts';
import { text } from '../text.ts';

/** What can be done everywhere in the window. */
export function shellCommands(app: App): readonly Command[] {
  const { commands: words } = text;
  const go = app.screens.map((screen): Command => ({
    name: `go.${screen}`,
    title: words.go(text.screens[screen]),
    group: words.groupGo,
    icon: screen,
    run: () => app.router.go(screen),
  }));
  return [
    ...go,
    ...(app.host.info.rater === null ? projectCommands(app) : []),
    {
      name: 'app.palette',
      title: words.palette,
      group: words.groupApp,
      isLocal: true,
      run: () => (app.openDialog = app.openDialog === 'palette' ? null : 'palette'),
    },
    {
      name: 'app.shortcuts',
      title: words.shortcuts,
      group: words.groupApp,
      icon: 'keyboard',
      run: () => (app.openDialog = 'shortcuts'),
    },
    {
      name: 'app.settings',
      title: words.settings,
      group: words.groupApp,
      icon: 'settings',
      run: () => (app.openDialog = 'settings'),
    },
  ];
}

function projectCommands(app: App): readonly Command[] {
  const { commands: words } = text;
  return [
    {
      name: 'project.new',
      title: words.newProject,
      group: words.groupProject,
      icon: 'plus',
      run: () => (app.openDialog = 'new-project'),
    },
    {
      name: 'project.open',
      title: words.openProject,
      group: words.groupProject,
      icon: 'folder',
      run: () => void app.files.choose(),
    },
    {
      name: 'project.demo',
      title: words.openDemo,
      group: words.groupProject,
      icon: 'spark',
      run: () => void app.files.openDemo(),
    },
  ];
}
