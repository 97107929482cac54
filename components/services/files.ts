import type { RenderedFile } from "../render/renderedFile";
import type { HostService } from "./service";

/** Services as files for the apply step; `host/services.sh` says what each is. */
export function serviceFiles(wanted: HostService[]): RenderedFile[] {
  return wanted.flatMap(({ name, unit, also = [], shared, files, check, reloads }) => {
    const note = (path: string, lines: string[]): RenderedFile[] =>
      lines.length === 0 ? [] : [{ path: `services/${name}/${path}`, body: lines.join("\n") + "\n", mode: 0o600 }];
    const owners = files.flatMap(({ path, owner }) => (owner === undefined ? [] : [`${owner} ${path.slice(1)}`]));
    return [
      ...note("unit", [unit]),
      ...note("also", also),
      ...note("shared", shared ? ["yes"] : []),
      ...note("check", check === undefined ? [] : [check]),
      ...note("reloads", reloads ? ["yes"] : []),
      ...note("owners", owners),
      ...files.map(({ path, body, mode }) => ({ path: `services/${name}/tree${path}`, body, mode })),
    ];
  });
}
