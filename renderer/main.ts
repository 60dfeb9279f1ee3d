import './ui/tokens.css';
import './ui/base.css';
import './ui/overlay.css';
import { mount } from 'svelte';
import Root from './Root.svelte';

const target = document.querySelector('#app');
if (target === null) throw new Error('index.html has no #app.');
mount(Root, { target });
