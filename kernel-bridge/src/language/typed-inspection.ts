/**
 * What TypeScript knows of the name at a place, or of the function whose arguments are being written: how it is called,
 * its documentation, and, when a cell declares it, the cell's own text.
 */
import type ts from 'typescript';
import type { TypedInspection } from './messages.js';

const SOURCE_MAX = 4000;

export interface InspectedText {
  readonly service: ts.LanguageService;
  readonly typescript: typeof ts;
  readonly file: string;
  /** Whether a file is a cell. */
  readonly isCell: (file: string) => boolean;
}

/** @param cellStart where the cell begins in the text. */
export function typedInspection(text: InspectedText, at: number, cellStart: number): TypedInspection | undefined {
  return atName(text, at) ?? aroundCall(text, at) ?? atName(text, nameBefore(text, at, cellStart));
}

function atName({ service, typescript, file, isCell }: InspectedText, at: number): TypedInspection | undefined {
  const info = service.getQuickInfoAtPosition(file, at);
  if (info === undefined) return undefined;
  const { kind, displayParts, documentation, tags } = info;
  const signature = withoutAlias(partsText(displayParts));
  // Of what it can't find it says so, or `any` and not what it is.
  if (signature.includes('/*unresolved*/') || (String(kind) === '' && signature === 'any')) return undefined;
  const source = isWritten(kind, signature) ? sourceOf(service, file, at, isCell) : '';
  return { signature, documentation: documented(documentation, tags, typescript), source };
}

/** Functions and types: of other variables the value tells more. */
function isWritten(kind: string, signature: string): boolean {
  if (/^(?:alias|function|class|interface|type|enum|method)$/.test(kind)) return isDeclaration(signature);
  return isDeclaration(signature) && /^(?:const|let|var)$/.test(kind);
}

function isDeclaration(signature: string): boolean {
  return !/^(?:const|let|var) /.test(signature) || /^\w+ [\w$]+: (?:new )?[<(][^]*=>/.test(signature);
}

/** Names of other cells are imported, which is no news to who reads them. */
function withoutAlias(signature: string): string {
  return signature.replace(/^\(alias\) /, '').replace(/\nimport [^\n]*$/, '');
}

function sourceOf(service: ts.LanguageService, file: string, at: number, isCell: (file: string) => boolean): string {
  const program = service.getProgram();
  const sources = (service.getDefinitionAtPosition(file, at) ?? [])
    .filter(({ fileName }) => isCell(fileName))
    .map(({ fileName, contextSpan }) => {
      const code = program?.getSourceFile(fileName)?.text ?? '';
      return contextSpan === undefined ? '' : code.slice(contextSpan.start, contextSpan.start + contextSpan.length);
    });
  const source = [...new Set(sources)].join('\n').trim();
  return source.length <= SOURCE_MAX ? source : `${source.slice(0, SOURCE_MAX)}…`;
}

function aroundCall({ service, typescript, file }: InspectedText, at: number): TypedInspection | undefined {
  const help = service.getSignatureHelpItems(file, at, undefined);
  if (help === undefined) return undefined;
  const { items, selectedItemIndex, argumentIndex } = help;
  const chosen = items[selectedItemIndex];
  if (chosen === undefined) return undefined;
  const lines = [chosen, ...items.filter((item) => item !== chosen)].map((item) => {
    const parameters = item.parameters.map((parameter) => partsText(parameter.displayParts));
    return [item.prefixDisplayParts, item.suffixDisplayParts]
      .map(partsText)
      .join(parameters.join(partsText(item.separatorDisplayParts)));
  });
  const parameter = chosen.parameters[argumentIndex];
  const about = parameter === undefined ? '' : partsText(parameter.documentation);
  const documentation = documented(chosen.documentation, chosen.tags, typescript);
  const isTold = about === '' || documentation.includes(about);
  const written = isTold ? documentation : `${documentation}\n\n\`${parameter?.name ?? ''}\`: ${about}`.trim();
  return { signature: lines.join('\n'), documentation: written, source: '' };
}

function documented(
  documentation: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
  typescript: typeof ts,
): string {
  const lines = (tags ?? []).map(({ name, text }) => {
    const told = typescript.displayPartsToString(text === undefined ? [] : [...text]);
    return name === 'example' ? `@example${exampleOf(told)}` : `@${name} ${told}`.trimEnd();
  });
  // Two spaces before its end break a line of Markdown.
  return [partsText(documentation), lines.join('  \n')].filter((part) => part !== '').join('\n\n');
}

/** Examples are code, with or without a fence: then indented, which is code in Markdown and reads well as text. */
function exampleOf(text: string): string {
  return text.includes('```') ? `\n\n${text}\n` : `\n\n${text.trim().replace(/^/gm, '    ')}\n`;
}

/** The last character of the name that stands before spaces and an opening bracket. */
function nameBefore({ service, file }: InspectedText, at: number, cellStart: number): number {
  const before = service.getProgram()?.getSourceFile(file)?.text.slice(cellStart, at) ?? '';
  const back = /[ \t(]*$/.exec(before)?.[0].length ?? 0;
  return Math.max(cellStart, at - back - 1);
}

function partsText(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  return (parts ?? []).map(({ text }) => text).join('');
}
