export interface MissingBinary {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly dev?: boolean;
}

export function missingBinaries(lock: { readonly packages: object }): MissingBinary[];
