"""Apps that the end-to-end tests run, as their authors would write them."""

CYCLIC = """
from {package} import data

messages = data(fields='msg fromUser', size=-100)
q.page['talk'] = ui.chatbot_card(box='1 1 5 5', data=messages, name='chatbot'{extra})
q.page['talk'].data = [
    ['Is anybody there?', True],
    ['Yes. Ask me something.', False],
]
"""

STOPPABLE = """
import asyncio
from {package} import Q, app, data, main, ui

WORDS = 'one two three four five six seven eight nine ten eleven twelve'

async def answer(q, text):
    so_far = ''
    q.page['talk'].generating = True
    for word in text.split():
        await asyncio.sleep(0.15)
        so_far += word + ' '
        q.page['talk'].data[q.client.count] = [so_far, False]
        await q.page.save()
    q.page['talk'].generating = False
    await q.page.save()

@app('/demo')
async def serve(q: Q):
    if not q.client.initialized:
        q.client.count = 0
        q.page['talk'] = ui.chatbot_card(
            box='1 1 5 5', data=data(fields='msg fromUser'), name='chatbot', events=['stop'])
        q.page['meta'] = ui.meta_card(box='', theme='h2o-dark')
        q.client.initialized = True
    if q.args.chatbot:
        q.client.count += 1
        q.page['talk'].data[q.client.count] = [q.args.chatbot, True]
        q.client.count += 1
        q.client.task = asyncio.create_task(answer(q, WORDS))
    if q.events.chatbot and q.events.chatbot.stop:
        q.client.task.cancel()
        q.page['talk'].generating = False
    await q.page.save()
"""

ECHO = """
from swell import Q, app, data, main, ui

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', data=data('content from_user', t='list'),
            events=['stop', 'feedback', 'suggestion', 'scroll_up'])
        q.client.ready = True
    if q.args.chatbot == 'fail':
        raise RuntimeError('secret of the handler')
    if q.args.chatbot:
        q.page['talk'].data += [q.args.chatbot, True]
        q.page['talk'].data += ['You said: ' + q.args.chatbot, False]
    if q.events.chatbot:
        q.page['talk'].data += [f'event {q.events.chatbot}', False]
    await q.page.save()
"""

COUNTER = """
import asyncio
from swell import Q, app, data, main, ui

async def count(q: Q, upto: int):
    text = ''
    for i in range(upto):
        text += f'[{i:04d}] '
        q.page['talk'].data[-1] = [text, False]
        await q.page.save()
        await asyncio.sleep(0.02)
    q.page['talk'].data[-1] = [text + 'end', False]
    await q.page.save()

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', data=data('content from_user', t='list'))
        q.client.ready = True
    if q.args.chatbot:
        q.page['talk'].data += [q.args.chatbot, True]
        q.page['talk'].data += ['', False]
        q.client.task = asyncio.create_task(count(q, int(q.args.chatbot)))
    await q.page.save()
"""

BUFFERS = """
from swell import Q, app, data, main, ui

KINDS = {
    'list': data('content from_user', t='list'),
    'cyclic': data('content from_user', size=-3),
    'fixed': data('content from_user', size=4),
    'map': data('content from_user'),
}

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        kind = q.args['#']
        q.page['talk'] = ui.chatbot_card(box='1 1 5 8', name='chatbot', data=KINDS[kind])
        q.page['steps'] = ui.form_card(
            box='6 1 3 3', items=[ui.textbox('step'), ui.button('go', 'Go')])
    rows = q.page['talk'].data
    if q.args.go:
        exec(q.args.step)
    await q.page.save()
"""

BUSY = """
import asyncio
from swell import Q, app, data, main, ui

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        q.client.seen = 0
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', data=data('content from_user', t='list'),
            events=['stop'])
    if q.events.chatbot and q.events.chatbot.stop:
        q.page['talk'].generating = False
        q.page['talk'].data += [f'stopped with {q.args.chatbot!r}', False]
    elif q.args.chatbot:
        q.page['talk'].data += [q.args.chatbot, True]
        q.page['talk'].generating = True
        q.page['talk'].data += ['line\\n\\n' * 60, False]
        q.client.task = asyncio.create_task(go_on(q))
    await q.page.save()

async def go_on(q: Q):
    for i in range(40):
        await asyncio.sleep(0.05)
        q.page['talk'].data[1].content += f'more {i}\\n\\n'
        await q.page.save()
"""
