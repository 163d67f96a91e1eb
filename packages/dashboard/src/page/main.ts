/** The page that a scheduler serves at `/`: asks for the token, then shows all panels. */
import { plainTranslator } from '../context.js';
import { feedOf } from '../feed/cluster-feed.js';
import { HttpFigureSource, TokenRefusedError } from '../feed/http-figure-source.js';
import { h } from '../view/dom.js';
import { installStyle } from '../view/style.js';
import { Headline } from './headline.js';
import { PAGE_STYLE } from './page-style.js';
import { PanelTabs } from './panel-tabs.js';
import { THEME_STYLE } from './theme-style.js';
import { showTokenForm } from './token-form.js';
import { forgetToken, keepToken, knownToken } from './token.js';

const THEME = 'covey-theme';
const trans = plainTranslator;
let close = () => {};

function setTheme(theme: string): void {
  document.documentElement.dataset['theme'] = theme;
}

function otherTheme(): string {
  return document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark';
}

/** What is wrong with a token; undefined when the scheduler answers to it, or does not answer at all for now. */
async function tryToken(token: string): Promise<string | undefined> {
  try {
    await new HttpFigureSource({ token }).ask('scheduler-info', null);
    return undefined;
  } catch (error) {
    if (error instanceof TokenRefusedError) return trans.__('The scheduler does not know this token.');
    return trans.__('It can’t be tried now: %1.', error instanceof Error ? error.message : String(error));
  }
}

function askForToken(problem = ''): void {
  close();
  forgetToken();
  showTokenForm(
    document.body,
    trans,
    async (token) => {
      const wrong = await tryToken(token);
      if (wrong !== undefined) return wrong;
      keepToken(token);
      open(token);
      return undefined;
    },
    problem,
  );
}

function open(token: string): void {
  const wanted = location.hash.slice(1);
  let isOpen = true;
  const refused = () => {
    if (isOpen) askForToken(trans.__('The scheduler no longer knows the token: it was started anew.'));
  };
  const source = new HttpFigureSource({ token, refused });
  const tabs = new PanelTabs({ source, translate: trans });
  const headline = new Headline(trans);
  const theme = h('button', { type: 'button', class: 'page-Button', text: trans.__('Light or dark') });
  theme.addEventListener('click', () => {
    setTheme(otherTheme());
    localStorage.setItem(THEME, document.documentElement.dataset['theme']!);
  });
  const leave = h('button', { type: 'button', class: 'page-Button', text: trans.__('Forget token') });
  leave.addEventListener('click', () => askForToken());
  const head = h('header', { class: 'page-Head' }, h('h1', {}, 'Covey', headline.name), headline.facts, theme, leave);
  document.body.replaceChildren(h('div', { class: 'page' }, head, h('nav', {}, tabs.list), tabs.body));

  const feed = feedOf(source);
  let unwatch: (() => void) | undefined;
  const look = () => {
    unwatch?.();
    unwatch = document.hidden
      ? undefined
      : feed.watch(['overview'], () => {
          if (feed.store.overview !== undefined) headline.show(feed.store.overview);
        });
  };
  document.addEventListener('visibilitychange', look);
  look();
  tabs.show(wanted);
  const follow = () => tabs.show(location.hash.slice(1));
  addEventListener('hashchange', follow);
  close = () => {
    isOpen = false;
    close = () => {};
    document.removeEventListener('visibilitychange', look);
    removeEventListener('hashchange', follow);
    unwatch?.();
    tabs.dispose();
  };
}

document.documentElement.lang = 'en';
document.head.append(h('style', { text: THEME_STYLE + PAGE_STYLE }));
installStyle(document);
setTheme(localStorage.getItem(THEME) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
const token = knownToken();
if (token === undefined) askForToken();
else open(token);
