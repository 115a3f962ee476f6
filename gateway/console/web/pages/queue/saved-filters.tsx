/** Filters that were given a name: one's own, and those that others share. */
import { Button, Input, Modal, Popover, Switch } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import { post } from '../../api/client.js';
import { go } from '../../app/router.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { SAVED_FILTERS, useSavedFilters } from './data.js';
import { askedOf, fromSaved, pathOf, type View } from './filter.js';
import { queueWords } from './words.js';

/** As the API bounds it. */
const NAME_MOST = 60;

export function SavedFilters({ view }: { readonly view: View }): ReactNode {
  const words = useWords(queueWords);
  const app = useWords(appWords);
  const { data } = useSavedFilters();
  const [open, setOpen] = useState(false);
  const [saving, setSaving] = useState(false);
  const remove = useAct((id: string) => post(`/filters/${id}/delete`), { invalidates: [SAVED_FILTERS] });
  const filters = data?.filters ?? [];
  return (
    <>
      <Popover
        trigger={['click']}
        placement="bottomLeft"
        open={open}
        onOpenChange={setOpen}
        content={
          <div className="saved-filters">
            {filters.length === 0 ? <p>{app.none}</p> : null}
            <ul>
              {filters.map(({ id, name, filter, order, shared, mine }) => (
                <li key={id}>
                  <Button
                    type="link"
                    onClick={() => {
                      setOpen(false);
                      go(pathOf({ filter: fromSaved(filter), order: order ?? view.order, grouped: view.grouped, after: undefined }));
                    }}
                  >
                    {name}
                  </Button>
                  {shared ? <small>{words.shared}</small> : null}
                  {mine ? (
                    <Button type="text" size="small" aria-label={words.deleteFilter(name)} onClick={() => void remove.run(id)}>
                      ×
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
            <Button
              onClick={() => {
                setOpen(false);
                setSaving(true);
              }}
            >
              {words.save}…
            </Button>
          </div>
        }
      >
        <Button aria-haspopup="dialog">
          {words.saved}
          {filters.length > 0 ? ` · ${filters.length}` : ''}
        </Button>
      </Popover>
      {saving ? <SaveDialog view={view} onClose={() => setSaving(false)} /> : null}
    </>
  );
}

function SaveDialog({ view, onClose }: { readonly view: View; readonly onClose: () => void }): ReactNode {
  const words = useWords(queueWords);
  const app = useWords(appWords);
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const id = useId();
  const save = useAct((body: unknown) => post('/filters', body), { invalidates: [SAVED_FILTERS], done: words.savedDone });
  const submit = async (): Promise<void> => {
    if (name.trim() === '' || save.busy) return;
    if ((await save.run({ name: name.trim(), filter: askedOf(view.filter), order: view.order, shared })) !== undefined) onClose();
  };
  return (
    <Modal open title={words.save} onCancel={onClose} onOk={() => void submit()} okText={words.save} cancelText={app.cancel} okButtonProps={{ disabled: name.trim() === '', loading: save.busy }}>
      <p className="q-field">
        <label htmlFor={id}>{words.saveName}</label>
        <Input id={id} value={name} maxLength={NAME_MOST} autoFocus onChange={(event) => setName(event.target.value)} onPressEnter={() => void submit()} />
      </p>
      <p className="q-switch">
        <Switch size="small" id={`${id}-shared`} checked={shared} onChange={setShared} />
        <label htmlFor={`${id}-shared`}>{words.saveShared}</label>
      </p>
    </Modal>
  );
}
