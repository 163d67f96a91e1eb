/* global window, document */
/** Whether what is ours is right for keyboards and screen readers, as far as axe can tell. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export async function isAccessible(page) {
  await page.addScriptTag({ path: axe });
  const violations = await page.evaluate(async () => {
    const include = [
      '.jp-covey-Sidebar',
      '.jp-covey-Log',
      '.jp-Dialog .jp-Dialog-body',
      '.jp-covey-Panel:not(.lm-mod-hidden)',
      '.jp-covey-StatusItem',
      '.jp-covey-ClusterItem',
      '.jp-covey-Display',
      '.jp-covey-CellBar',
    ];
    const present = include.filter((selector) => document.querySelector(selector));
    const result = await window.axe.run(
      { include: present.map((selector) => [selector]) },
      { resultTypes: ['violations'] },
    );
    return result.violations.map(
      ({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map((node) => node.html).join(' ')}`,
    );
  });
  assert.deepEqual(violations, []);
}
