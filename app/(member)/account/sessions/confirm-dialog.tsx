'use client';

import { AlertDialog } from 'radix-ui';
import { type ReactNode, type RefObject, useEffect } from 'react';

type Props = {
  isOpen: boolean;
  setIsOpen: (isOpen: boolean) => void;
  title: string;
  text: ReactNode;
  confirmLabel: string;
  onConfirm: () => void;
  /** Holds the button that asked: it gets the focus back. */
  askedFrom: RefObject<HTMLElement | null>;
};

/**
 * Asks back before something that cannot be undone. The backdrop is our own and not `AlertDialog.Overlay`, which writes a
 * style element that the content security policy refuses; controls.css keeps the page behind it from scrolling.
 */
export function ConfirmDialog({ isOpen, setIsOpen, title, text, confirmLabel, onConfirm, askedFrom }: Props) {
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={setIsOpen}>
      <AlertDialog.Portal>
        <div className="dialog-backdrop" aria-hidden="true" />
        <AlertDialog.Content
          className="dialog"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            askedFrom.current?.querySelector('button')?.focus();
          }}
        >
          <InertSurroundings />
          <AlertDialog.Title className="text-xl">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-ink-soft">{text}</AlertDialog.Description>
          <div className="mt-6 flex flex-wrap justify-end gap-3">
            <AlertDialog.Cancel className="button button-quiet button-small">Keep</AlertDialog.Cancel>
            <AlertDialog.Action className="button button-fault button-small" onClick={onConfirm}>
              {confirmLabel}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** While it is shown, the page behind the dialog can neither be focused nor read. */
function InertSurroundings() {
  useEffect(() => {
    const page = document.querySelectorAll('body > :is(.skip-link, header, main, footer):not([inert])');
    for (const element of page) element.setAttribute('inert', '');
    return () => {
      for (const element of page) element.removeAttribute('inert');
    };
  }, []);
  return null;
}
