/** Objects by kind: what istiod's webhook refuses (`spec => places`), and what it takes though it looks alike. */
export interface Cases {
  refused: [spec: string, ...places: string[]][];
  taken: string[];
}
