/**
 * The script of the page: sorts tables and filters findings. It reads text that is there and moves rows; it never makes
 * markup from text.
 */
export const script = `
'use strict';
const order = new Intl.Collator('en', { numeric: true });
for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = head.querySelector('button');
    if (!button) return;
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = ({ cells }) => cells[column].dataset.sort ?? cells[column].textContent;
      const keyed = [...body.rows].map((row) => ({ row, key: key(row) }));
      const rows = keyed.sort((a, b) => order.compare(a.key, b.key)).map(({ row }) => row);
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}
// On paper nothing can be unfolded.
const folded = [];
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('details:not([open])')) {
    part.open = true;
    folded.push(part);
  }
});
addEventListener('afterprint', () => {
  for (const part of folded.splice(0)) part.open = false;
});
const filter = document.getElementById('filter');
filter?.addEventListener('input', () => {
  const wanted = filter.value.toLowerCase();
  for (const row of document.querySelectorAll('#findings tbody tr'))
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
`;
