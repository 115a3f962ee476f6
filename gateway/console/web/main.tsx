/** Begins the console. */
import 'virtual:antd.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { Console } from './app/app.js';

const root = document.getElementById('console');
if (root !== null) createRoot(root).render(<Console />);
