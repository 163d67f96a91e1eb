/** Asks for the token. */
import type { Translator } from '../context.js';
import { h } from '../view/dom.js';

/** Shows the form until `enter` accepts a token; it answers with what is wrong with one that it doesn't. */
export function showTokenForm(
  host: HTMLElement,
  trans: Translator,
  enter: (token: string) => Promise<string | undefined>,
  problem = '',
): void {
  const field = h('input', {
    id: 'covey-token',
    class: 'covey-Field',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
  });
  const status = h('p', { class: 'page-Token-problem', role: 'alert', text: problem });
  const button = h('button', { type: 'submit', class: 'page-Primary', text: trans.__('Open the dashboard') });
  const form = h(
    'form',
    { class: 'page-Token' },
    h('h1', { text: 'Covey' }),
    h('p', {
      text: trans.__(
        'This cluster’s dashboard opens with its token. On the machine that started it, this prints the token:',
      ),
    }),
    h('pre', { class: 'covey-Code', text: trans.__('covey token CLUSTER') }),
    h('label', { for: field.id, text: trans.__('Token') }),
    field,
    status,
    button,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    void enter(field.value.trim()).then((wrong) => {
      button.disabled = false;
      if (wrong === undefined) return;
      status.textContent = wrong;
      field.select();
    });
  });
  host.replaceChildren(h('main', { class: 'page-Center' }, form));
  field.focus();
}
