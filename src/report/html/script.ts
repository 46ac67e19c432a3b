/**
 * The script of the page: sorts tables and filters findings. It reads text that is there and moves rows; it never makes
 * markup from text.
 */
export const script = `
'use strict';
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
      const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
      const rows = [...body.rows].sort((a, b) => key(a).localeCompare(key(b), 'en', { numeric: true }));
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
