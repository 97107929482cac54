/** One file for the host, relative to the folder it is unpacked or installed in. */
export interface RenderedFile {
  path: string;
  body: string;
  /** Permission bits; everything is owned by root. */
  mode: number;
}
