import { LabIcon } from '@jupyterlab/ui-components';

/** Three birds of a flock, in the colour of the theme's icons. */
export const coveyIcon = new LabIcon({
  name: 'covey:logo',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 100 100">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <polygon points="28,34 50,14 72,34 72,49 50,29 28,49"/>
    <polygon points="5,72 25,54 45,72 45,86 25,68 5,86"/>
    <polygon points="55,72 75,54 95,72 95,86 75,68 55,86"/>
  </g>
</svg>`,
});

/** A cell that flies off to a cluster. */
export const submitIcon = new LabIcon({
  name: 'covey:submit',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M3 5v14l8-7z"/>
    <path d="M14 6.5 18 3l4 3.500v2.800L18 5.800l-4 3.500zM14 13.500l4-3.500 4 3.500v2.800l-4-3.500-4 3.500zM14 20.500l4-3.500 4 3.500v2.300l-4-3.500-4 3.500z"/>
  </g>
</svg>`,
});

/** All plots of a cluster: a chart. */
export const plotsIcon = new LabIcon({
  name: 'covey:plots',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M4 3h2v16h15v2H4z"/>
    <path d="M8 11h3v7H8zM13 6h3v12h-3zM18 9h3v9h-3z"/>
  </g>
</svg>`,
});

/** More or fewer workers. */
export const scaleIcon = new LabIcon({
  name: 'covey:scale',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M3 4h11v4H3zM3 10h11v4H3zM3 16h11v4H3z"/>
    <path d="M19 3l3.500 4.500h-7zM19 21l3.500-4.500h-7z"/>
  </g>
</svg>`,
});
