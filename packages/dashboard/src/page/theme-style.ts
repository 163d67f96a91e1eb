/** The variables of JupyterLab's themes, for a page that stands by itself: light and dark, by the system or by choice. */
export const THEME_STYLE = /* css */ `
:root {
  color-scheme: light;
  --jp-layout-color0: #ffffff; --jp-layout-color1: #ffffff; --jp-layout-color2: #f2f4f5; --jp-layout-color3: #e1e5e8;
  --jp-border-color1: #949ea6; --jp-border-color2: #dde2e5;
  --jp-ui-font-color1: #1c2328; --jp-ui-font-color2: #55616a;
  --jp-brand-color1: #1668b8; --jp-error-color1: #c0262d; --jp-warn-color1: #a35b00; --jp-success-color1: #23793a;
  --jp-ui-font-family: system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif;
  --jp-code-font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
:root[data-theme='dark'] {
  color-scheme: dark;
  --jp-layout-color0: #101417; --jp-layout-color1: #161b1f; --jp-layout-color2: #20272c; --jp-layout-color3: #303a41;
  --jp-border-color1: #6b7780; --jp-border-color2: #323c43;
  --jp-ui-font-color1: #e4e9ec; --jp-ui-font-color2: #a3afb7;
  --jp-brand-color1: #5aa9f0; --jp-error-color1: #f2777c; --jp-warn-color1: #e0a04a; --jp-success-color1: #62bd7a;
}
`;
