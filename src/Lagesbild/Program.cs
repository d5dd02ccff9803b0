Console.WriteLine("lagesbild");
