import type { Component } from 'svelte';
import { AppError } from '../../src/core/errors.ts';
import type { ScreenName } from '../app/route.ts';
import { text } from '../text.ts';

/** Every folder of `screens` holds one `…Screen.svelte`, loaded when it is first shown. */
const modules = import.meta.glob<{ readonly default: Component }>('../screens/*/*Screen.svelte');
const loaded = new Map<ScreenName, Component>();

export function loadScreen(screen: ScreenName): Component | Promise<Component> {
  return loaded.get(screen) ?? load(screen);
}

async function load(screen: ScreenName): Promise<Component> {
  const path = Object.keys(modules).find((each) => each.startsWith(`../screens/${screen}/`));
  if (path === undefined) throw new AppError('not-found', text.app.screenMissing);
  const { default: component } = await modules[path]();
  loaded.set(screen, component);
  return component;
}
