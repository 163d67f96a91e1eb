import * as React from 'react';

/** Whether the element is in the visible part of a page that is shown. */
export function useIsSeen(element: React.RefObject<HTMLElement>): boolean {
  const [isSeen, setIsSeen] = React.useState(false);
  React.useEffect(() => {
    if (element.current === null) return undefined;
    let isInView = false;
    const tell = (): void => setIsSeen(isInView && document.visibilityState === 'visible');
    const observer = new IntersectionObserver((entries) => {
      isInView = entries.at(-1)?.isIntersecting === true;
      tell();
    });
    observer.observe(element.current);
    document.addEventListener('visibilitychange', tell);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', tell);
    };
  }, [element]);
  return isSeen;
}
