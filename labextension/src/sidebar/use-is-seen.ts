import * as React from 'react';

/** Whether the element is in the visible part of the page. */
export function useIsSeen(element: React.RefObject<HTMLElement>): boolean {
  const [isSeen, setIsSeen] = React.useState(false);
  React.useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => setIsSeen(entry?.isIntersecting === true));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return isSeen;
}
