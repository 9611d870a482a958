/** Fields for numbers, which say below themselves what they take. */

/**
 * Marks a field as it is typed in. Not when it is left: a message that comes or goes then moves what the person is about
 * to click on.
 */
export function checkWhileTyping(form: HTMLFormElement): void {
  form.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'number') return;
    mark(target, target.value !== '' && !target.validity.valid);
  });
}

/** Whether a field has a number that it takes, or none where it may (`data-optional`). */
export function isRight(field: HTMLInputElement): boolean {
  return (field.value !== '' || 'optional' in field.dataset) && field.validity.valid;
}

/** Says below the field what it takes. */
export function mark(field: HTMLInputElement, wrong: boolean): void {
  const id = `${field.id}-error`;
  const known = document.getElementById(id);
  if (!wrong) {
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
    known?.remove();
    return;
  }
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', id);
  const message = known ?? document.createElement('p');
  message.id = id;
  message.className = 'field-error';
  message.textContent = rangeOf(field);
  field.after(message);
}

function rangeOf({ min, max, step }: HTMLInputElement): string {
  const kind = step === '1' ? 'whole number' : 'number';
  return max === '' ? `A ${kind} of at least ${min}` : `A ${kind} from ${min} to ${max}`;
}
