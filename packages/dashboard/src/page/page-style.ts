/** How the scheduler's own page looks around its panels. */
export const PAGE_STYLE = /* css */ `
* { box-sizing: border-box; }
body { margin: 0; height: 100vh; background: var(--jp-layout-color3); color: var(--jp-ui-font-color1); font: 13px/1.5 var(--jp-ui-font-family); font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: -2px; }
.page { display: grid; grid-template-rows: auto auto minmax(0, 1fr); height: 100%; }
.page-Head { display: flex; align-items: center; gap: 6px 22px; flex-wrap: wrap; padding: 8px 14px; background: var(--jp-layout-color1); }
.page-Head h1 { display: flex; align-items: baseline; gap: 9px; margin: 0; font-size: 15px; font-weight: 650; }
.page-Head h1 span { font-weight: 400; color: var(--jp-ui-font-color2); }
.page-Facts { display: flex; flex-wrap: wrap; gap: 2px 22px; flex: 1; margin: 0; }
.page-Facts div { display: flex; gap: 6px; }
.page-Facts dt { color: var(--jp-ui-font-color2); }
.page-Facts dd { margin: 0; font-weight: 600; }
.page-Button { height: 28px; padding: 0 10px; border: 1px solid var(--jp-border-color2); border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer; }
.page-Button:hover { background: var(--jp-layout-color2); }
.page-Tabs { display: flex; overflow-x: auto; padding: 0 8px; background: var(--jp-layout-color1); border-bottom: 1px solid var(--jp-border-color2); }
.page-Tab { display: flex; align-items: center; gap: 7px; flex: none; height: 36px; padding: 0 12px; border: 0; border-bottom: 2px solid transparent; background: none; color: var(--jp-ui-font-color2); font: inherit; cursor: pointer; }
.page-Tab:hover { color: var(--jp-ui-font-color1); }
.page-Tab[aria-selected='true'] { color: var(--jp-ui-font-color1); border-bottom-color: var(--jp-brand-color1); }
.page-Body { min-height: 0; }
.page-Panel { height: 100%; }
.page-Grid { display: grid; gap: 8px; height: 100%; padding: 8px; overflow: auto; grid-template: minmax(300px, 3fr) minmax(260px, 2fr) / minmax(0, 3fr) minmax(0, 2fr); }
.page-Tile { display: grid; grid-template-rows: auto minmax(0, 1fr); min-width: 0; min-height: 0; background: var(--jp-layout-color1); border: 1px solid var(--jp-border-color2); border-radius: 5px; overflow: hidden; }
.page-Tile h2 { margin: 0; padding: 6px 12px 0; font-size: 13px; font-weight: 600; }
@media (max-width: 1000px) { .page-Grid { grid-template: repeat(4, 380px) / minmax(0, 1fr); } }
.page-Center { display: grid; place-items: center; min-height: 100%; padding: 24px; }
.page-Token { display: flex; flex-direction: column; gap: 10px; width: min(440px, 100%); padding: 28px 30px; background: var(--jp-layout-color1); border: 1px solid var(--jp-border-color2); border-radius: 8px; }
.page-Token h1 { margin: 0; font-size: 22px; }
.page-Token p { margin: 0; color: var(--jp-ui-font-color2); }
.page-Token label { font-weight: 600; }
.page-Token .covey-Field { height: 34px; padding: 0 10px; border: 1px solid var(--jp-border-color1); border-radius: 4px; background: var(--jp-layout-color0); color: inherit; font: inherit; }
.page-Token .covey-Code { margin: 0; padding: 8px 12px; background: var(--jp-layout-color2); border-radius: 4px; font: 13px var(--jp-code-font-family); }
.page-Token p.page-Token-problem { min-height: 20px; color: var(--jp-error-color1); }
.page-Primary { height: 36px; border: 0; border-radius: 4px; background: var(--jp-brand-color1); color: var(--jp-layout-color0); font: inherit; font-weight: 600; cursor: pointer; }
.page-Primary:disabled { opacity: 0.6; }
`;
