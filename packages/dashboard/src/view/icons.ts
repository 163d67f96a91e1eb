/** Icons of 16 × 16, drawn in the text's colour: lines, which none of JupyterLab's classes may fill. */

const svg = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16"><g fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">${body}</g></svg>`;

export const icons = {
  table: svg('<path d="M2 3h12v10H2zM2 6.5h12M2 9.8h12M6 6.5V13"/>'),
  zoomIn: svg('<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5 14 14M5 7h4M7 5v4"/>'),
  zoomOut: svg('<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5 14 14M5 7h4"/>'),
  fit: svg('<path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"/>'),
  follow: svg('<path d="M3 3l6 5-6 5zM13 3v10"/>'),
  back: svg('<path d="M13 8H3M7 4 3 8l4 4"/>'),
  taskStream: svg('<path d="M2 4h5M9 4h5M2 8h8M12 8h2M2 12h3M7 12h6" stroke-width="2.2"/>'),
  progress: svg('<path d="M2 4h12M2 8h8M2 12h4" stroke-width="2.2"/>'),
  workers: svg('<path d="M2 2.5h12v4H2zM2 9.5h12v4H2zM4.5 4.5h0M4.5 11.5h0M7 4.5h5M7 11.5h5"/>'),
  system: svg('<path d="M2 2v12h12M4 10l3-4 3 2.5L14 4"/>'),
  graph: svg(
    '<circle cx="3.5" cy="4" r="1.7"/><circle cx="3.5" cy="12" r="1.7"/><circle cx="12.5" cy="8" r="1.7"/><path d="M5.2 4.8 10.9 7.4M5.2 11.2l5.7-2.6"/>',
  ),
  transfers: svg('<path d="M2 5h11M10 2l3 3-3 3M14 11H3M6 8l-3 3 3 3"/>'),
  events: svg('<path d="M5.5 4H14M5.5 8H14M5.5 12H14M2 4h.5M2 8h.5M2 12h.5"/>'),
  errors: svg('<path d="M8 2 15 14H1zM8 6.5v3.5M8 12v.1"/>'),
  profile: svg('<path d="M2 13h12M2 9.7h9M2 6.4h6M2 3.1h3" stroke-width="2"/>'),
  task: svg('<circle cx="8" cy="8" r="6"/><path d="M8 5v3.2l2.2 1.6"/>'),
} as const;
