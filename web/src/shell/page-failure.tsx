import { Component, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

export interface PageFailureProps {
  readonly title: string;
  readonly text: string;
  readonly retry: string;
  readonly children: ReactNode;
}

interface Failed {
  readonly hasFailed: boolean;
}

/** Shows a page, or says that it failed, so that one broken page does not take the app along. React asks for a class here. */
export class PageFailure extends Component<PageFailureProps, Failed> {
  static getDerivedStateFromError(): Failed {
    return { hasFailed: true };
  }

  override readonly state: Failed = { hasFailed: false };

  override render(): ReactNode {
    const { title, text, retry, children } = this.props;
    if (!this.state.hasFailed) return children;
    return (
      <EmptyState isPage icon="warning" title={title} text={text}>
        <Button kind="primary" onPress={() => this.setState({ hasFailed: false })}>
          {retry}
        </Button>
      </EmptyState>
    );
  }
}
