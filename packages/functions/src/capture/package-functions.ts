/** Functions of installed packages travel by name, however the program came by them. */
import type { AnyFunction } from '../any-function.js';
import { variableIn, type FunctionView } from '../v8/inspector.js';
import { moduleFile } from './module-file.js';
import type { ModuleFile } from './module-file.js';
import { exportOfLoadedPackage, fileOfPackage } from './module-reference.js';
import type { ModuleExport, ModuleReference } from './module-reference.js';
import { packageOfFile, pathOfUrl } from './packages.js';

const modules = new WeakMap<ModuleFile, ModuleReference | undefined>();

/** The export that a function is, found by the file that it was defined in. */
export function packageExportOf(value: AnyFunction, view: FunctionView): ModuleExport | undefined {
  if (view.location === undefined) return undefined;
  const file = moduleFile(view.location.scriptId);
  const module = packageModuleOf(file);
  if (module === undefined) return undefined;
  if (!file.isModule) return exportOfLoadedPackage(value);
  const scope = view.scopes.find(({ description }) => description === 'Module');
  for (const [exported, local] of file.exports) {
    const isIt =
      local === '*default*'
        ? value.name === 'default'
        : scope !== undefined && variableIn(scope.variables, local) === value;
    if (isIt) return { module, style: 'esm', path: [exported] };
  }
  return undefined;
}

/** The module of a package that a file is, looked up once. */
function packageModuleOf(file: ModuleFile): ModuleReference | undefined {
  if (modules.has(file)) return modules.get(file);
  const path = pathOfUrl(file.url);
  const found = path === undefined ? undefined : packageOfFile(path);
  const module = found === undefined ? undefined : fileOfPackage(found);
  modules.set(file, module);
  return module;
}
