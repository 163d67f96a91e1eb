/**
 * How panels look: only the variables of JupyterLab's themes, so that they stand in any theme as if they belonged there.
 * The page that the scheduler serves sets the same variables.
 */
const styled = new WeakSet<Document>();

/** Puts the style into a document, once. As a sheet object, which no content policy forbids. */
export function installStyle(document: Document): void {
  if (styled.has(document)) return;
  styled.add(document);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

const STYLE = /* css */ `
.covey-Panel {
  --covey-bg: var(--jp-layout-color1, #fff);
  --covey-raised: var(--jp-layout-color2, #f3f3f3);
  --covey-line: var(--jp-border-color2, #e0e0e0);
  --covey-text: var(--jp-ui-font-color1, #1f1f1f);
  --covey-quiet: var(--jp-ui-font-color2, #5f5f5f);
  --covey-brand: var(--jp-brand-color1, #1976d2);
  --covey-error: var(--jp-error-color1, #c62828);
  --covey-warning: var(--jp-warn-color1, #b26a00);
  --covey-success: var(--jp-success-color1, #2e7d32);
  position: relative; display: flex; flex-direction: column; box-sizing: border-box;
  width: 100%; height: 100%; min-height: 0; overflow: hidden;
  background: var(--covey-bg); color: var(--covey-text);
  font: 12px/1.45 var(--jp-ui-font-family, system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
}
.covey-Panel *, .covey-Panel *::before { box-sizing: border-box; }
.covey-Panel [hidden] { display: none !important; }
.covey-Panel p { margin: 0; }
.covey-Panel-bar { display: flex; align-items: center; gap: 12px; flex: none; min-height: 34px; padding: 3px 8px 3px 12px; border-bottom: 1px solid var(--covey-line); }
.covey-Panel-summary { flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; color: var(--covey-quiet); }
.covey-Panel-tools { display: flex; align-items: center; gap: 2px; flex: none; }
.covey-Panel-body { position: relative; flex: 1; min-height: 0; }
.covey-Panel-plot, .covey-Panel-table { position: absolute; inset: 0; min-height: 0; }
.covey-Panel-plot { container-type: size; }
.covey-Panel-plot.covey-mod-hidden { visibility: hidden; }
.covey-Panel-notice { position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 12px; padding: 24px; text-align: center; color: var(--covey-quiet); background: var(--covey-bg); }
.covey-Panel-notice p { max-width: 46ch; font-size: 13px; line-height: 1.55; }
.covey-Panel-banner { display: flex; align-items: center; gap: 12px; flex: none; padding: 4px 8px 4px 9px; border-bottom: 1px solid var(--covey-line); border-left: 3px solid var(--covey-warning); background: var(--covey-raised); }
.covey-Panel-banner p { flex: 1; min-width: 0; }
.covey-Button { display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-width: 26px; height: 26px; padding: 0 5px; border: 1px solid transparent; border-radius: 3px; background: none; color: inherit; font: inherit; cursor: pointer; }
.covey-Panel-notice .covey-Button, .covey-Panel-banner .covey-Button, .covey-Button.covey-mod-text { border-color: var(--jp-border-color1, #bdbdbd); padding: 0 10px; color: var(--covey-text); }
.covey-Button:hover { background: var(--covey-raised); }
.covey-Button[aria-pressed='true'] { background: var(--covey-raised); border-color: var(--covey-line); box-shadow: inset 0 -2px 0 var(--covey-brand); }
.covey-Panel :focus-visible { outline: 2px solid var(--covey-brand); outline-offset: -2px; }
.covey-Field { height: 26px; padding: 0 8px; border: 1px solid var(--jp-border-color1, #bdbdbd); border-radius: 3px; background: var(--jp-layout-color0, var(--covey-bg)); color: inherit; font: inherit; min-width: 0; }
.covey-Field::placeholder { color: var(--covey-quiet); opacity: 1; }
.covey-Announcer { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.covey-Canvas { display: block; position: absolute; inset: 0; }
.covey-Chart { position: relative; outline-offset: -2px; overflow: hidden; touch-action: none; }
.covey-Tooltip { position: absolute; top: 0; left: 0; z-index: 5; max-width: min(420px, 90%); padding: 7px 10px; border: 1px solid var(--covey-line); border-radius: 4px; background: var(--jp-layout-color0, var(--covey-bg)); box-shadow: 0 2px 8px rgb(0 0 0 / 22%); pointer-events: none; }
.covey-Tooltip strong { display: block; font-weight: 600; overflow-wrap: anywhere; }
.covey-Tooltip dl { display: grid; grid-template-columns: auto 1fr; gap: 1px 12px; margin: 3px 0 0; }
.covey-Tooltip dt { color: var(--covey-quiet); }
.covey-Tooltip dd { margin: 0; overflow-wrap: anywhere; }
.covey-Legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0; padding: 6px 12px; list-style: none; overflow: hidden; }
.covey-Legend li { display: flex; align-items: center; gap: 6px; min-width: 0; max-width: 240px; }
.covey-Legend span:last-child { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.covey-Swatch { flex: none; width: 11px; height: 11px; border-radius: 2px; background: var(--covey-swatch); }

.covey-Table { position: absolute; inset: 0; overflow: auto; overscroll-behavior: contain; }
.covey-Table-heads { position: sticky; top: 0; z-index: 2; }
.covey-Table-body { position: relative; min-width: 100%; }
.covey-Table-row { display: grid; grid-template-columns: var(--covey-tracks); min-width: var(--covey-least-width); align-items: center; width: 100%; padding: 0 8px 0 12px; column-gap: 14px; }
.covey-Table-body .covey-Table-row { position: absolute; left: 0; border-bottom: 1px solid color-mix(in srgb, var(--covey-line) 55%, transparent); }
.covey-Table-body .covey-Table-row:hover { background: var(--covey-raised); }
.covey-Table-row[aria-current='true'] { background: var(--covey-raised); box-shadow: inset 3px 0 0 var(--covey-brand); }
.covey-Table-row.covey-mod-open { cursor: pointer; }
.covey-Table-head { height: 28px; background: var(--covey-bg); border-bottom: 1px solid var(--covey-line); color: var(--covey-quiet); }
.covey-Table-cell { min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.covey-mod-end { text-align: right; }
.covey-Table-sort { display: inline-flex; vertical-align: middle; align-items: center; max-width: 100%; gap: 4px; padding: 2px 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; overflow: hidden; }
.covey-Table-sort span { overflow: hidden; text-overflow: ellipsis; }
.covey-Table-cell[aria-sort] .covey-Table-sort::after { content: ''; flex: none; width: 7px; text-align: center; font-size: 9px; }
.covey-Table-cell.covey-mod-end[aria-sort] .covey-Table-sort { flex-direction: row-reverse; }
.covey-Table-cell[aria-sort='ascending'] .covey-Table-sort { color: var(--covey-text); font-weight: 600; }
.covey-Table-cell[aria-sort='descending'] .covey-Table-sort { color: var(--covey-text); font-weight: 600; }
.covey-Table-cell[aria-sort='ascending'] .covey-Table-sort::after { content: '▲'; }
.covey-Table-cell[aria-sort='descending'] .covey-Table-sort::after { content: '▼'; }
.covey-Table-link { display: block; max-width: 100%; padding: 0; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.covey-mod-open:hover .covey-Table-link { text-decoration: underline; }
.covey-Name { display: flex; align-items: center; gap: 8px; min-width: 0; }
.covey-Name span:last-child { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

.covey-Bar { position: relative; display: flex; width: 100%; height: 13px; overflow: hidden; border-radius: 2px; background: color-mix(in srgb, var(--covey-line) 70%, transparent); }
.covey-Bar i { flex: none; height: 100%; }
.covey-Bar.covey-mod-labelled { height: 16px; }
.covey-Bar b { position: absolute; inset: 0; padding: 0 5px; font-weight: 500; font-size: 11px; line-height: 16px; white-space: nowrap; }
.covey-mod-waiting { background: color-mix(in srgb, var(--covey-line) 70%, transparent); }
.covey-mod-memory { background: var(--covey-swatch); }
.covey-mod-released { background: color-mix(in srgb, var(--covey-swatch) 55%, var(--covey-bg)); }
.covey-mod-processing { background: repeating-linear-gradient(115deg, var(--covey-swatch) 0 3px, color-mix(in srgb, var(--covey-swatch) 25%, var(--covey-bg)) 3px 6px); }
.covey-mod-queued { background: radial-gradient(circle at 2px 2px, var(--covey-swatch) 1px, transparent 1.4px) 0 0 / 4.33px 4.33px; }
.covey-mod-erred { background: repeating-linear-gradient(45deg, var(--covey-error) 0 2px, color-mix(in srgb, var(--covey-error) 45%, #000) 2px 4px); }
.covey-mod-unmanaged { background: repeating-linear-gradient(90deg, var(--covey-swatch) 0 1px, color-mix(in srgb, var(--covey-swatch) 30%, var(--covey-bg)) 1px 3px); }
.covey-mod-leased { background: repeating-linear-gradient(115deg, var(--covey-swatch) 0 3px, color-mix(in srgb, var(--covey-swatch) 40%, var(--covey-bg)) 3px 6px); }
.covey-mod-managed { background: var(--covey-swatch); }
.covey-mod-spilled { background: radial-gradient(circle at 2px 2px, var(--covey-text) 1px, transparent 1.4px) 0 0 / 4.33px 4.33px; }

.covey-Badge { display: inline-flex; align-items: center; gap: 5px; }
.covey-Badge::before { content: attr(data-symbol); font-size: 10px; }
.covey-Badge[data-tone='error'] { color: var(--covey-text); }
.covey-Badge[data-tone='error']::before { color: var(--covey-error); }
.covey-Badge[data-tone='warning']::before { color: var(--covey-warning); }
.covey-Badge[data-tone='good']::before { color: var(--covey-success); }
.covey-Badge[data-tone='busy']::before { color: var(--covey-brand); }
.covey-Code { margin: 0; padding: 10px 12px; overflow: auto; border: 1px solid var(--covey-line); border-radius: 3px; background: var(--jp-layout-color0, var(--covey-bg)); font: 12px/1.5 var(--jp-code-font-family, ui-monospace, monospace); white-space: pre; tab-size: 2; }

.covey-Stream { display: grid; grid-template: minmax(0, 1fr) 24px auto / 148px minmax(0, 1fr); height: 100%; }
.covey-Stream-lanes { position: relative; border-right: 1px solid var(--covey-line); overflow: hidden; }
.covey-Stream-chart { grid-column: 2; grid-row: 1; cursor: grab; }
.covey-Stream-chart.covey-mod-dragging { cursor: grabbing; }
.covey-Stream-axis { grid-column: 2; grid-row: 2; position: relative; border-top: 1px solid var(--covey-line); }
.covey-Stream .covey-Legend { grid-column: 1 / 3; max-height: 53px; border-top: 1px solid var(--covey-line); }
.covey-Stream-scroll { position: absolute; top: 0; right: 0; bottom: 0; width: 14px; overflow-y: auto; overflow-x: hidden; z-index: 2; }

.covey-System { display: grid; grid-template-columns: minmax(0, 1fr); grid-auto-rows: minmax(124px, 1fr); height: 100%; gap: 8px 20px; padding: 8px 14px; overflow: auto; }
@container (min-width: 440px) { .covey-System { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@container (min-width: 680px) and (max-height: 240px) { .covey-System { grid-template-columns: repeat(4, minmax(0, 1fr)); } }
.covey-Lines { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.covey-Lines h2 { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; margin: 0; font-size: 12px; font-weight: 600; }
.covey-Lines h2 span { display: inline-flex; align-items: center; gap: 5px; font-weight: 400; color: var(--covey-quiet); }
.covey-Lines h2 svg { width: 22px; height: 8px; }
.covey-Lines h2 svg line { stroke: var(--covey-swatch); stroke-width: 2; }
@container (max-width: 700px) or (max-height: 260px) { .covey-Lines h2 { flex: none; max-height: 38px; line-height: 16px; overflow: hidden; white-space: nowrap; } }
.covey-Lines-plot { position: relative; flex: 1; min-height: 0; overflow: hidden; }
.covey-Panel .uplot { position: absolute; inset: 0; line-height: 1.45; font-family: inherit; }
.covey-Panel .u-wrap { position: relative; user-select: none; }
.covey-Panel .u-over, .covey-Panel .u-under { position: absolute; }
.covey-Panel .u-under { overflow: hidden; }
.covey-Panel .uplot canvas { display: block; position: relative; width: 100%; height: 100%; }
.covey-Panel .u-axis { position: absolute; }
.covey-Panel .u-select { position: absolute; pointer-events: none; background: color-mix(in srgb, var(--covey-brand) 15%, transparent); }
.covey-Panel .u-cursor-x, .covey-Panel .u-cursor-y { position: absolute; left: 0; top: 0; pointer-events: none; }
.covey-Panel .u-hz .u-cursor-x { height: 100%; border-right: 1px dashed var(--covey-quiet); }
.covey-Panel .u-hz .u-cursor-y { display: none; }
.covey-Panel .u-cursor-pt { position: absolute; top: 0; left: 0; border-radius: 50%; border: 0 solid; pointer-events: none; background-clip: padding-box !important; }
.covey-Panel .u-off { display: none; }

.covey-Split { display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100%; }
.covey-Split-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding: 6px 12px; border-bottom: 1px solid var(--covey-line); }
.covey-Split-bar .covey-Field { flex: 0 1 260px; }
.covey-Split-rest { position: relative; min-height: 0; }
.covey-Errors { display: grid; grid-template-columns: minmax(280px, 2fr) 3fr; height: 100%; }
.covey-Errors-list { position: relative; border-right: 1px solid var(--covey-line); }
.covey-Errors-detail { display: flex; flex-direction: column; gap: 10px; min-width: 0; padding: 12px 14px; overflow: auto; }
.covey-Errors-detail h2 { margin: 0; font-size: 14px; line-height: 1.4; overflow-wrap: anywhere; }
.covey-Facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; }
.covey-Facts dt { color: var(--covey-quiet); }
.covey-Facts dd { margin: 0; overflow-wrap: anywhere; }
.covey-Chips { display: flex; flex-wrap: wrap; gap: 4px; }
.covey-Chip { max-width: 260px; padding: 1px 7px; border: 1px solid var(--covey-line); border-radius: 3px; background: none; color: inherit; font: inherit; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
button.covey-Chip { cursor: pointer; }
button.covey-Chip:hover { background: var(--covey-raised); }
.covey-Task { display: flex; flex-direction: column; gap: 14px; height: 100%; padding: 14px 16px 24px; overflow: auto; }
.covey-Task h2 { margin: 0; font-size: 15px; overflow-wrap: anywhere; }
.covey-Task h3 { margin: 0 0 6px; font-size: 12px; color: var(--covey-quiet); font-weight: 600; }
.covey-Task-because { font-size: 13px; padding: 8px 12px; border-left: 3px solid var(--covey-brand); background: var(--covey-raised); }
.covey-Task-table { border-collapse: collapse; width: 100%; max-width: 1000px; }
.covey-Task-table th { text-align: left; font-weight: 400; color: var(--covey-quiet); border-bottom: 1px solid var(--covey-line); }
.covey-Task-table th, .covey-Task-table td { padding: 3px 14px 3px 0; vertical-align: top; overflow-wrap: anywhere; }
.covey-Task-table td { border-bottom: 1px solid color-mix(in srgb, var(--covey-line) 55%, transparent); }
@media (max-width: 700px) { .covey-Errors { grid-template-columns: 1fr; grid-template-rows: 45% 55%; } .covey-Stream { grid-template-columns: 90px minmax(0, 1fr); } }
`;
